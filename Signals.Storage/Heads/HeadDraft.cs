namespace Signals.Storage.Heads;

/// <summary>A head under construction: places for its rows, newest first, which no reader finds yet.</summary>
/// <remarks>Thread contract: one thread. <see cref="HeadCache.Put"/> takes it over.</remarks>
internal readonly unsafe ref struct HeadDraft
{
    private readonly HeadLayout _layout;

    private readonly HeadSegment _segment;
    private readonly int _round;

    internal HeadDraft(Head* head, HeadLayout layout, HeadSegment segment, int round)
    {
        Head = head;
        _layout = layout;
        _segment = segment;
        _round = round;
    }

    internal Head* Head { get; }

    /// <summary>Whether its memory was taken for other heads meanwhile.</summary>
    internal bool IsLost => _segment.Round != _round;

    public Span<long> Times => new((byte*)Head + HeadLayout.TimesOffset + (8L * Head->Start), Head->Count);

    public Span<ulong> Ids => new((byte*)Head + HeadLayout.IdsOffset(Head->Capacity) + (8L * Head->Start), Head->Count);

    /// <summary>The values of a column of the layout.</summary>
    public Span<byte> Values(int column)
    {
        int width = _layout.Width(column);
        byte* values = (byte*)Head + _layout.ValuesOffset(column, Head->Capacity);
        return new Span<byte>(values + ((long)Head->Start * width), Head->Count * width);
    }

    /// <summary>The states of a column of the layout.</summary>
    public Span<byte> States(int column) =>
        new((byte*)Head + _layout.StatesOffset(column, Head->Capacity) + Head->Start, Head->Count);
}
