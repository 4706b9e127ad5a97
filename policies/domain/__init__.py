"""Pure rules of policies: packs, schemes, decision trees, life cycles."""
