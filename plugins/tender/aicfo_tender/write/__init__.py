"""What is written for a tender: the bid and, after the award, the contract's draft."""
