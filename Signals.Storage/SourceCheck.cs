using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Frames;

namespace Signals.Storage;

/// <summary>
/// Holds a source of bytes to what the store knows of it: the same beginning, an end not before the position, a boundary of records there.
/// </summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: one pass over a source.</remarks>
public sealed class SourceCheck
{
    private readonly string _name;
    private readonly SourceIncarnation _known;
    private readonly SourceIncarnation _given;
    private readonly bool _seesBeginning;
    private bool _isBeginningRight;

    /// <summary>Begins a pass.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="known">What the store knows; null for a new source.</param>
    /// <param name="given">Which source this is; none to go by how it begins.</param>
    /// <param name="seesBeginning">Whether <see cref="Beginning"/> is shown the source from its first byte.</param>
    /// <exception cref="SourceChangedException">The given incarnation is another one, or the store knows one and none is given.</exception>
    public SourceCheck(string name, SourcePosition? known, SourceIncarnation given, bool seesBeginning)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_name, _known, _given, _seesBeginning) = (name, known?.Incarnation ?? default, given, seesBeginning);
        Resume = known?.Position ?? 0;
        if (!given.IsNone ? !_known.MayGoOnAs(given) : !_known.IsNone && _known.PrefixBytes == 0)
        {
            throw new SourceChangedException(name, $"the store knows it as {_known}, this is {given}; reset the source if it begins anew.");
        }
    }

    /// <summary>Where the store goes on.</summary>
    public long Resume { get; }

    /// <summary>The first bytes of the source, which its reader shows.</summary>
    public SourceBeginning Beginning { get; } = new();

    /// <summary>What the source is when it was read up to <paramref name="position"/>.</summary>
    public SourceIncarnation At(long position) => !_given.IsNone ? _given : _seesBeginning ? Beginning.At(position) : _known;

    /// <summary>Before a record from <paramref name="begin"/> on is taken: everything up to the store's position was passed.</summary>
    /// <exception cref="SourceChangedException">It is another source, or the record began before the position.</exception>
    public void RequireRecord(long begin)
    {
        if (!_isBeginningRight)
        {
            RequireBeginning();
        }

        if (begin < Resume)
        {
            throw new SourceChangedException(_name, $"the store goes on at {Resume}, which lies inside the record that begins at {begin}; reset the source if it begins anew.");
        }
    }

    /// <summary>At the end of the source.</summary>
    /// <exception cref="SourceChangedException">It is another source, or ended before the position.</exception>
    public void RequireEnd(long end)
    {
        if (end < Resume)
        {
            throw new SourceChangedException(_name, $"it ends at {end}, before the position {Resume} that the store has of it; reset the source if it begins anew.");
        }

        RequireBeginning();
    }

    private void RequireBeginning()
    {
        _isBeginningRight = true;
        if (_seesBeginning && _given.IsNone && _known.PrefixBytes > 0 && !Beginning.Is(_known))
        {
            throw new SourceChangedException(
                _name, $"it begins otherwise than the source whose position {Resume} the store has ({_known}): another one came under its name; reset the source if it begins anew.");
        }
    }
}
