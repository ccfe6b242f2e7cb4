"""An invented company: its exports in the formats real systems write go out, with what is true of them."""
