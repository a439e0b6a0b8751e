"""The tender assistant (招投标助手): finds, scores, writes and funds tenders."""
