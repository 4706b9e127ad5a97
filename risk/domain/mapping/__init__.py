"""How the columns of files become events and entities: the mapping, its checks, and its application to rows."""
