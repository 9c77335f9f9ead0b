# Cross-compiles for arm64 Linux and runs the tests under qemu's user mode:
#
#   cmake -S . -B build/arm64 -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake
#
# On Debian: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user. The first two bring
# linker, libraries and headers of the target; clang, if there is one, does the compiling. One thread,
# because Debian's arm64 libomp cannot be installed beside that of the machine itself.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

find_program(CK_CLANG NAMES clang)
if(CK_CLANG)
  set(CMAKE_C_COMPILER "${CK_CLANG}")
  set(CMAKE_C_COMPILER_TARGET aarch64-linux-gnu)
else()
  set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
endif()

set(CMAKE_FIND_ROOT_PATH /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

find_program(CK_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(CK_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${CK_QEMU};-L;/usr/aarch64-linux-gnu")
endif()
set(CK_OPENMP off CACHE STRING "one thread")
