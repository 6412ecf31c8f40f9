using Signals.Definitions;

namespace Signals.Serving;

/// <summary>
/// The shape of one tensor of a definition, as it is compiled for a store's schema: what memory for it must hold. Immutable, equal
/// by value.
/// </summary>
/// <param name="Name">The tensor's name in the definition.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Width">The elements of a row; 1 for the mask.</param>
/// <param name="Rows">
/// The places for rows in each sequence of a padded layout, which is the definition's size; 0 in a jagged layout, where a sequence
/// takes as many rows as it has.
/// </param>
/// <param name="Padding">The side of the places without a row; <see cref="PaddingSide.Right"/> in a jagged layout.</param>
/// <param name="IsMask">Whether it is the mask: 1 where there is a row, 0 elsewhere.</param>
public sealed record TensorDescription(string Name, TensorType Type, int Width, int Rows, PaddingSide Padding, bool IsMask);
