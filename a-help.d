help.o: src/app/help.h
