"""AgentDojo's banking suite: a gullible agent alone, and behind aicfo's policy.

suite      the suite of the wheel, without its model clients
agent      an agent that does what it is asked, and whatever any text it reads asks for
layer      the tool executor that turns money calls into proposals over aicfo books
words      an approver who knows nothing but what the user said
"""
