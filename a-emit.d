emit.o: src/http/emit.h src/http/conn.h include/cachetap/http.h \
 include/cachetap/consumer.h include/cachetap/base.h src/http/chain.h \
 src/base/pool.h src/http/chunk.h src/http/framing.h src/http/startline.h \
 src/http/h1.h
src/http/conn.h:
include/cachetap/http.h:
include/cachetap/consumer.h:
include/cachetap/base.h:
src/http/chain.h:
src/base/pool.h:
src/http/chunk.h:
src/http/framing.h:
src/http/startline.h:
src/http/h1.h:
