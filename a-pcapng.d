pcapng.o: src/source/pcapng.h include/cachetap/base.h
include/cachetap/base.h:
