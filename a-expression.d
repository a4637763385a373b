expression.o: src/app/expression.h
