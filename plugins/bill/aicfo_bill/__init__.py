"""The bill manager (票据管家): checks, plans and settles commercial bills."""
