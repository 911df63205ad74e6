# The house of docs/architecture.md, enforced. A floor sees the headers of the floors it names and of no other:
# each floor has an include root of its own in the build folder that holds nothing but a link to its sources, so
# `#include "store/database.hpp"` in a floor that does not name `store` does not compile.
#
#   signet_floor(NAME [USES floor...] [EXPOSES floor...] [LIBRARIES lib...])
#
# EXPOSES: floors whose types stand in NAME's own headers, so that its users need them too.
# USES:    floors needed by the implementation alone; their headers stay hidden from NAME's users.
function(signet_floor NAME)
    cmake_parse_arguments(FLOOR "" "" "USES;EXPOSES;LIBRARIES" ${ARGN})
    foreach(BELOW IN LISTS FLOOR_USES FLOOR_EXPOSES)
        if(NOT TARGET signet_${BELOW})
            message(FATAL_ERROR "floor '${NAME}' names '${BELOW}', which is not a floor below it")
        endif()
    endforeach()

    set(INCLUDE_ROOT ${CMAKE_BINARY_DIR}/include/${NAME})
    file(MAKE_DIRECTORY ${INCLUDE_ROOT})
    file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${NAME} ${INCLUDE_ROOT}/${NAME} SYMBOLIC)

    file(GLOB SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${NAME}/*.cpp ${CMAKE_SOURCE_DIR}/src/${NAME}/*/*.cpp)
    list(FILTER SOURCES EXCLUDE REGEX "/main\\.cpp$")
    if(SOURCES)
        add_library(signet_${NAME} STATIC ${SOURCES})
        set(OWN PUBLIC)
        set(HIDDEN PRIVATE)
    else()
        add_library(signet_${NAME} INTERFACE)
        set(OWN INTERFACE)
        set(HIDDEN INTERFACE)
    endif()
    target_include_directories(signet_${NAME} ${OWN} ${INCLUDE_ROOT})
    foreach(BELOW IN LISTS FLOOR_EXPOSES)
        target_link_libraries(signet_${NAME} ${OWN} signet_${BELOW})
    endforeach()
    foreach(BELOW IN LISTS FLOOR_USES)
        target_link_libraries(signet_${NAME} ${HIDDEN} signet_${BELOW})
    endforeach()
    target_link_libraries(signet_${NAME} ${OWN} ${FLOOR_LIBRARIES})

    # tests/unit/NAME/*.cpp may use the floor and whatever the floor itself may use.
    file(GLOB TESTS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${NAME}/*.cpp)
    if(TESTS)
        add_executable(test_${NAME} ${TESTS})
        # What they call is compiled for speed; they themselves for a short build.
        target_compile_options(test_${NAME} PRIVATE $<$<CONFIG:Release>:-O1>)
        target_link_libraries(test_${NAME} PRIVATE signet_${NAME} GTest::gtest GTest::gtest_main)
        foreach(BELOW IN LISTS FLOOR_USES)
            target_link_libraries(test_${NAME} PRIVATE signet_${BELOW})
        endforeach()
        target_compile_definitions(test_${NAME} PRIVATE SIGNET_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
        gtest_discover_tests(test_${NAME} TEST_PREFIX "${NAME}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
    endif()
endfunction()
