"""Checks what people type before an action sees it."""
