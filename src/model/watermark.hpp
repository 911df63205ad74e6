#pragma once

#include "model/vocabulary.hpp"

#include <array>
#include <string>

namespace signet::model {

/// What a watermark shows (spec §2.13).
enum class WatermarkType {
    Number,   // the contract's number
    Text,     // a text of the caller's
    QrCode,   // leads to the contract
    Picture,  // a picture of the caller's
    Grating,  // a screen of fine lines that hides a letter
    Notary,   // leads to where the contract's evidence is checked
};

enum class WatermarkPosition { TopLeft, TopRight, BottomLeft, BottomRight, MiddleCenter, Tile, Fill };

/// How close the copies of a tiled watermark stand.
enum class TileDensity { Moderate, Sparse, Dense };

/// Who may see the contract that a QR code leads to: its participants after they have logged in, or anybody.
enum class ViewPermission { Private, Public };

template <>
inline constexpr std::array<Spelling<WatermarkType>, 6> spellings<WatermarkType>{{
    {WatermarkType::Number, "NO"},
    {WatermarkType::Text, "TEXT"},
    {WatermarkType::QrCode, "QRCODE"},
    {WatermarkType::Picture, "PIC"},
    {WatermarkType::Grating, "GRATING"},
    {WatermarkType::Notary, "NOTARY"},
}};

template <>
inline constexpr std::array<Spelling<WatermarkPosition>, 7> spellings<WatermarkPosition>{{
    {WatermarkPosition::TopLeft, "TOP_LEFT"},
    {WatermarkPosition::TopRight, "TOP_RIGHT"},
    {WatermarkPosition::BottomLeft, "BOTTOM_LEFT"},
    {WatermarkPosition::BottomRight, "BOTTOM_RIGHT"},
    {WatermarkPosition::MiddleCenter, "MIDDLE_CENTER"},
    {WatermarkPosition::Tile, "TILE"},
    {WatermarkPosition::Fill, "FILL"},
}};

template <>
inline constexpr std::array<Spelling<TileDensity>, 3> spellings<TileDensity>{{
    {TileDensity::Moderate, "MODERATE"},
    {TileDensity::Sparse, "SPARSE"},
    {TileDensity::Dense, "DENSE"},
}};

template <>
inline constexpr std::array<Spelling<ViewPermission>, 2> spellings<ViewPermission>{{
    {ViewPermission::Private, "PRIVATE"},
    {ViewPermission::Public, "PUBLIC"},
}};

/// What is drawn on every page of a contract's documents when it is sent (spec §2.13).
struct Watermark {
    WatermarkType type = WatermarkType::Number;
    std::string content;    // the text, or the grating's letter
    std::string blob;       // the picture as it came, by its SHA-256
    double font_size = 16;  // points
    int angle = 0;          // degrees, counter-clockwise
    std::string colour = "#000000";
    WatermarkPosition position = WatermarkPosition::TopLeft;
    double diaphaneity = 0;    // per cent: 0 covers what is below, 100 cannot be seen
    double image_scale = 0.5;  // 1 is 40 mm
    TileDensity tile_density = TileDensity::Moderate;
    int grating_millimetres = 10;  // the side of the grating
    ViewPermission view_permission = ViewPermission::Private;
};

}  // namespace signet::model
