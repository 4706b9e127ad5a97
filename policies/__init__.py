"""The law: policies and their versions, taxonomy, penalty schemes, rules, releases."""
