"""The words for what the models know, made when shown: money, states, facts, dates."""
