namespace Signals.Core.Definitions.Values;

/// <summary>Creates a <see cref="ValueList{T}"/> from a collection expression. Pure.</summary>
internal static class ValueListBuilder
{
    /// <summary>Creates a list of these elements.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueList<T>.Empty : new ValueList<T>(items);
}
