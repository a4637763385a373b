linktype.o: src/source/linktype.h
