#pragma once

#include "convert/image.hpp"
#include "seal/watermark.hpp"

namespace signet::service {

/// A picture as `convert::Converter` read it, as `seal` draws it upon a page.
seal::MarkPicture mark_picture(convert::Image image);

}  // namespace signet::service
