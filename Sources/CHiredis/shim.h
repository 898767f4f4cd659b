/// Only the RESP reader and encoder of hiredis are used: the names that 0.14 and 1.x share.
#pragma once
#include <hiredis/hiredis.h>
