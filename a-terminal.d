terminal.o: src/app/terminal.h
