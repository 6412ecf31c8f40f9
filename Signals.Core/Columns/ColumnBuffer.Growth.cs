using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <content>How a column gets room: bytes come with the first value, and rows and bytes grow together up to what an array holds.</content>
internal sealed partial class ColumnBuffer
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendGrowing<T>(T value)
        where T : unmanaged
    {
        RequireWidth(Unsafe.SizeOf<T>());
        GiveBytes();
        Grow(_count + 1L);
        bool isAppended = TryAppend(value);
        Debug.Assert(isAppended, "there is room now");
    }

    /// <summary>
    /// Allocates bytes for fixed rows when no row had a value so far: zeros for the existing rows, and room for the next ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveBytes()
    {
        if (!HasBytes && _count <= Array.MaxLength / _width)
        {
            MakeRoom(_count);
            _values.Span.Slice(0, _count * _width).Clear();
        }
        else if (!HasBytes)
        {
            throw TooMany((long)_count * _width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(long rows)
    {
        if (rows > _states.Length)
        {
            int capacity = Grown(_states.Length, rows);
            if (Type.IsVariable)
            {
                _ends.Resize(capacity);
            }

            _states.Resize(capacity);
        }

        if (!Type.IsVariable && _room > 0)
        {
            MakeRoom(rows);
        }
    }

    // The room grows together with the states, up to what an array can hold.
    [MethodImpl(Compile.InFull)]
    private void MakeRoom(long rows)
    {
        if (rows * _width > Array.MaxLength)
        {
            throw TooMany(rows * _width);
        }

        if (_states.Length == 0)
        {
            _states.Resize(FirstNativeRows);
        }

        int room = Math.Max(1, Math.Min(_states.Length, Array.MaxLength / _width));
        if (_values.Length < room * _width)
        {
            _values.Resize(room * _width);
        }

        _room = room;
    }

    private static int Grown(int current, long needed) => needed <= Array.MaxLength
        ? (int)Math.Min(Math.Max(needed, 2L * current), Array.MaxLength)
        : throw TooMany(needed);

    private static BufferLimitException TooMany(long needed) => new(needed);
}
