using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals;

/// <summary>
/// The columns of the event that is being added to a batch, by their place in the declaration of the event's type. Generated code
/// uses it (<see cref="IWritableEvent{TSelf}"/>). A column that is not set is absent; each is set once at most.
/// </summary>
/// <remarks>Thread contract: one thread, inside <see cref="IWritableEvent{TSelf}.Write"/>.</remarks>
public readonly ref struct EventCells
{
    private readonly ReadOnlySpan<ColumnBuffer> _columns;
    private readonly int _row;

    /// <param name="columns">The columns of the batch, in the order of the declaration.</param>
    /// <param name="row">The event's row.</param>
    internal EventCells(ReadOnlySpan<ColumnBuffer> columns, int row)
    {
        _columns = columns;
        _row = row;
    }

    /// <summary>Sets a number or a boolean.</summary>
    /// <exception cref="ArgumentException">The column holds another type.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set<T>(int column, T value)
        where T : unmanaged
    {
        ColumnBuffer buffer = Next(column);
        if (!buffer.Type.Accepts<T>())
        {
            ThrowType(buffer, typeof(T));
        }

        if (typeof(T) == typeof(bool))
        {
            buffer.Append((byte)(Unsafe.BitCast<T, byte>(value) == 0 ? 0 : 1));
        }
        else
        {
            buffer.Append(value);
        }
    }

    /// <summary>Sets text; unpaired surrogates become U+FFFD.</summary>
    /// <exception cref="ArgumentException">The column does not hold text or bytes.</exception>
    public void SetText(int column, ReadOnlySpan<char> value) => NextVariable(column).AppendText(value);

    /// <summary>Sets bytes, which are stored as they are.</summary>
    /// <exception cref="ArgumentException">The column does not hold text or bytes.</exception>
    public void SetBytes(int column, ReadOnlySpan<byte> value) => NextVariable(column).AppendBytes(value);

    /// <summary>Sets a vector.</summary>
    /// <exception cref="ArgumentException">The column holds another type, or the dimensions differ.</exception>
    public void SetVector<T>(int column, ReadOnlySpan<T> value)
        where T : unmanaged
    {
        ColumnBuffer buffer = Next(column);
        if (!buffer.Type.AcceptsVector<T>())
        {
            ThrowType(buffer, typeof(T));
        }

        if (value.Length != buffer.Type.Dimensions)
        {
            ThrowDimensions(buffer, value.Length);
        }

        buffer.AppendFixed(MemoryMarshal.AsBytes(value));
    }

    /// <summary>Sets the column to null. Null overwrites an absent value.</summary>
    public void SetNull(int column) => Next(column).AppendMissing(ColumnState.Null);

    private ColumnBuffer NextVariable(int column)
    {
        ColumnBuffer buffer = Next(column);
        if (!buffer.Type.IsVariable)
        {
            ThrowType(buffer, typeof(string));
        }

        return buffer;
    }

    // The buffer of the column, after making sure that it holds exactly the rows before this one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ColumnBuffer Next(int column)
    {
        ColumnBuffer buffer = _columns[column];
        if (buffer.Count != _row)
        {
            Align(buffer);
        }

        return buffer;
    }

    private void Align(ColumnBuffer buffer)
    {
        if (buffer.Count > _row)
        {
            buffer.RemoveLast();
        }
        else
        {
            buffer.AppendMissing(ColumnState.Absent, _row - buffer.Count);
        }
    }

    [DoesNotReturn]
    private static void ThrowType(ColumnBuffer buffer, Type given) =>
        throw new ArgumentException($"The column holds {buffer.Type}; it cannot be set to {given.Name}.");

    [DoesNotReturn]
    private static void ThrowDimensions(ColumnBuffer buffer, int given) =>
        throw new ArgumentException(
            $"The column holds {buffer.Type}; it was given {given} components. Give {buffer.Type.Dimensions}, or none for no value.");
}
