signals.o: src/app/signals.h
