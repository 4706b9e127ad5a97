"""Tell whether a part of a pack is the one that was loaded before."""

import hashlib
import json

from policies.domain.forms import to_form


def digest_of(spec: object) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of a part of a pack, the same for equal parts."""
    text = json.dumps(to_form(spec), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
