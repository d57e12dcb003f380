#include "rivals.h"

int main(int argc, char **argv) {
    if (argc == 4 && !strcmp(argv[1], "codec")) return codec(argv[2], atoi(argv[3]));
    if (argc == 6 && !strcmp(argv[1], "sqlite"))
        return sqlite(argv[2], atof(argv[3]), atoi(argv[4]), atoi(argv[5]));
    if (argc == 6 && !strcmp(argv[1], "copy")) return copy(argv[2], argv[3], argv[4], atoi(argv[5]));
    if (argc == 5 && !strcmp(argv[1], "fanout")) return fanout(atoi(argv[2]), atoi(argv[3]), atof(argv[4]));
    if (argc == 3 && !strcmp(argv[1], "connections")) return connections(atoi(argv[2]));
    fprintf(stderr, "rivals: codec FILE COUNT | sqlite FOLDER SECONDS ROWS BYTES | copy CONNECTION TABLE FILE TIMES"
                    " | fanout CLIENTS BYTES SECONDS | connections CLIENTS\n");
    return 2;
}
