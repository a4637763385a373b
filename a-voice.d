voice.o: src/app/voice.h
