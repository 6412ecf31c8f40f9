namespace Signals.Orleans.Wire;

/// <summary>Where the values of one column lie in the bytes of an answer. Immutable.</summary>
/// <param name="Name">The name in the answer.</param>
/// <param name="Type">The type of the values.</param>
/// <param name="States">Where the states begin, one byte for each row.</param>
/// <param name="Offsets">Where the offsets begin, when rows differ in length.</param>
/// <param name="Values">Where the values begin.</param>
/// <param name="ValueBytes">The bytes of all values.</param>
internal readonly record struct RemoteColumn(
    string Name, ColumnType Type, int States, int Offsets, int Values, int ValueBytes);
