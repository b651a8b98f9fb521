"""All that schemathesis is told of copartner."""

import answers  # noqa: F401
import values  # noqa: F401
