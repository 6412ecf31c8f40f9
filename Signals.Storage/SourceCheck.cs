namespace Signals;

/// <summary>
/// Checks a source of bytes against what the store knows of it: it must begin in the same way, must not end before the store's
/// position, and a record must begin at that position.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: one pass over a source.</remarks>
public sealed class SourceCheck
{
    private readonly string _name;
    private readonly SourceIncarnation _known;
    private readonly SourceIncarnation _given;
    private readonly bool _seesBeginning;
    private bool _isBeginningRight;

    /// <summary>Starts one pass over a source.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="known">What the store knows of the source; null for a new one.</param>
    /// <param name="given">Identifies the source; leave it empty to recognise the source by its first bytes.</param>
    /// <param name="seesBeginning">
    /// Whether <see cref="Beginning"/> receives the bytes of the source from its first byte on.
    /// </param>
    /// <exception cref="SourceChangedException">
    /// The given incarnation differs from the known one, or the store knows one and none is given.
    /// </exception>
    public SourceCheck(string name, SourcePosition? known, SourceIncarnation given, bool seesBeginning)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_name, _known, _given, _seesBeginning) = (name, known?.Incarnation ?? default, given, seesBeginning);
        Resume = known?.Position ?? 0;
        if (!given.IsNone ? !_known.MayGoOnAs(given) : !_known.IsNone && _known.PrefixBytes == 0)
        {
            throw new SourceChangedException(
                name, $"the store knows it as {_known}, this is {given}; reset the source if it begins anew.");
        }
    }

    /// <summary>The position at which the store goes on.</summary>
    public long Resume { get; }

    /// <summary>The first bytes of the source, which its reader adds here.</summary>
    public SourceBeginning Beginning { get; } = new();

    /// <summary>The incarnation of the source after it was read up to <paramref name="position"/>.</summary>
    public SourceIncarnation At(long position) => !_given.IsNone ? _given : _seesBeginning ? Beginning.At(position) : _known;

    /// <summary>
    /// Call this before you take a record that begins at <paramref name="begin"/>: it checks that everything up to the store's
    /// position was passed.
    /// </summary>
    /// <exception cref="SourceChangedException">The source is another one, or the record began before the position.</exception>
    public void RequireRecord(long begin)
    {
        if (!_isBeginningRight)
        {
            RequireBeginning();
        }

        if (begin < Resume)
        {
            throw new SourceChangedException(
                _name,
                $"the store has recorded the position {Resume}, "
                + $"which is inside the record that begins at {begin}; "
                + "reset the source if it begins anew.");
        }
    }

    /// <summary>Call this at the end of the source.</summary>
    /// <exception cref="SourceChangedException">The source is another one, or it ended before the position.</exception>
    public void RequireEnd(long end)
    {
        if (end < Resume)
        {
            throw new SourceChangedException(
                _name,
                $"it ends at {end}, before the position {Resume} that the store has recorded; "
                + "reset the source if it begins anew.");
        }

        RequireBeginning();
    }

    private void RequireBeginning()
    {
        _isBeginningRight = true;
        if (_seesBeginning && _given.IsNone && _known.PrefixBytes > 0 && !Beginning.Is(_known))
        {
            throw new SourceChangedException(
                _name,
                $"its beginning differs from that of the source whose position {Resume} the store has ({_known}): "
                    + "another source has its name now; reset the source if it begins anew.");
        }
    }
}
