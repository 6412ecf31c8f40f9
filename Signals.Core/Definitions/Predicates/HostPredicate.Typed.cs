using System.Runtime.InteropServices;

namespace Signals.Core.Definitions.Predicates;

/// <summary>A condition in the host's code over one scalar column.</summary>
/// <typeparam name="T">The type of the column's values.</typeparam>
internal sealed record HostPredicate<T> : HostPredicate
    where T : unmanaged
{
    /// <summary>The function that decides. It must be pure, quick and callable from any thread.</summary>
    public required Func<T, bool> Test { get; init; }

    /// <inheritdoc/>
    public override ColumnType Type => ColumnType.Scalar<T>();

    internal override void Evaluate(ReadOnlySpan<byte> values, ReadOnlySpan<ColumnState> states, Span<bool> results)
    {
        ReadOnlySpan<T> typed = MemoryMarshal.Cast<byte, T>(values);
        for (int row = 0; row < states.Length; row++)
        {
            results[row] = states[row] == ColumnState.Value && Test(typed[row]);
        }
    }
}
