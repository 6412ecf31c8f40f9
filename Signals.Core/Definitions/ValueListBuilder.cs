namespace Signals.Core.Definitions;

/// <summary>Makes a <see cref="ValueList{T}"/> of a collection expression. Pure.</summary>
public static class ValueListBuilder
{
    /// <summary>A list of these elements.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueList<T>.Empty : new ValueList<T>(items);
}
