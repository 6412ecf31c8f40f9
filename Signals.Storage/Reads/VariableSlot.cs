namespace Signals.Storage.Reads;

/// <summary>Where the bytes of a variable-length value are in its column's heap. Immutable.</summary>
internal readonly record struct VariableSlot(int Start, int Length)
{
    public const int Bytes = 8;
}
