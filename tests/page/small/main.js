"a script, a script, a script, a script, a script, a script, a script, a script"
