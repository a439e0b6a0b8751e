"""The merchant simulation sandbox: synthetic firms, a simulated bank, paired experiments."""
