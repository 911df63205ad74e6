#include "service/mark_picture.hpp"

#include <utility>

namespace signet::service {

seal::MarkPicture mark_picture(convert::Image image) {
    seal::MarkPicture picture;
    picture.width = image.width;
    picture.height = image.height;
    picture.components = image.components;
    picture.is_jpeg = image.coding == convert::Coding::Jpeg;
    picture.is_inverted = image.is_inverted;
    picture.orientation = image.orientation;
    picture.samples = std::move(image.samples);
    picture.alpha = std::move(image.alpha);
    return picture;
}

}  // namespace signet::service
