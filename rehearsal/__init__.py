"""bin/rehearse: a deployment without Docker, on this machine, from `git push` to the switch."""
