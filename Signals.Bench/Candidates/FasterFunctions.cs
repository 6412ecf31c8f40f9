using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>
/// Puts a row into the head of a user and type, in place where there is room. When a head is full, its older half is copied out,
/// so that the session can store it under its own key. A read shows the value to a visitor. One per session.
/// </summary>
internal sealed class FasterFunctions(int rowBytes) : FunctionsBase<FasterKey, SpanByte, PackedRow, FasterOutput, Empty>
{
    /// <summary>The part that was given away by the last update whose output names one.</summary>
    public byte[] Part { get; } = GC.AllocateArray<byte>(RowHead.BytesFor(RowHead.PartRows, rowBytes), pinned: true);

    /// <summary>Sees the value of the next read.</summary>
    public IFasterVisitor? Visitor { get; set; }

    public override bool InitialUpdater(
        ref FasterKey key, ref PackedRow input, ref SpanByte value, ref FasterOutput output, ref RMWInfo rmwInfo)
    {
        RowHead head = new(value.AsSpan(), rowBytes);
        head.Initialize();
        return head.TryInsert(input);
    }

    public override bool InPlaceUpdater(
        ref FasterKey key, ref PackedRow input, ref SpanByte value, ref FasterOutput output, ref RMWInfo rmwInfo) =>
        Insert(value.AsSpan(), input, ref output);

    public override bool CopyUpdater(
        ref FasterKey key,
        ref PackedRow input,
        ref SpanByte oldValue,
        ref SpanByte newValue,
        ref FasterOutput output,
        ref RMWInfo rmwInfo)
    {
        RowHead old = new(oldValue.AsSpan(), rowBytes);
        oldValue.AsSpan()[..old.UsedBytes].CopyTo(newValue.AsSpan());
        return Insert(newValue.AsSpan(), input, ref output);
    }

    public override bool SingleReader(
        ref FasterKey key, ref PackedRow input, ref SpanByte value, ref FasterOutput dst, ref ReadInfo readInfo)
    {
        Visitor!.Visit(value.AsSpan());
        return true;
    }

    public override bool ConcurrentReader(
        ref FasterKey key, ref PackedRow input, ref SpanByte value, ref FasterOutput dst, ref ReadInfo readInfo)
    {
        Visitor!.Visit(value.AsSpan());
        return true;
    }

    public override bool SingleWriter(
        ref FasterKey key,
        ref PackedRow input,
        ref SpanByte src,
        ref SpanByte dst,
        ref FasterOutput output,
        ref UpsertInfo upsertInfo,
        WriteReason reason)
    {
        src.CopyTo(ref dst);
        return true;
    }

    private bool Insert(Span<byte> value, in PackedRow row, ref FasterOutput output)
    {
        RowHead head = new(value, rowBytes);
        if (head.TryInsert(row))
        {
            return true;
        }

        if (head.Capacity < RowHead.MostRows)
        {
            return false; // FASTER copies the head to a longer record.
        }

        output.Part = head.GiveAway(Part);
        return head.TryInsert(row);
    }
}
