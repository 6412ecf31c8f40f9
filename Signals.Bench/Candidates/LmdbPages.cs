using System.Buffers.Binary;
using LightningDB;

namespace Signals.Bench.Candidates;

/// <summary>
/// The duplicates of one user, a page at a time, newest first. Each begins with the inverted time and the id. Used within one read.
/// </summary>
internal ref struct LmdbPages(LightningCursor cursor, ulong user, int valueBytes)
{
    /// <summary>The bytes of a key.</summary>
    public const int KeyBytes = sizeof(ulong);

    /// <summary>The bytes of inverted time and id at the beginning of a value.</summary>
    public const int PrefixBytes = sizeof(long) + sizeof(ulong);

    private bool _begun;
    private bool _ended;

    /// <summary>The values of a page.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    public bool MoveNext()
    {
        if (_ended)
        {
            return false;
        }

        if (_begun)
        {
            (MDBResultCode code, _, MDBValue more) = cursor.NextMultiple();
            Current = code == MDBResultCode.Success ? more.AsSpan() : default;
            return Current.Length >= valueBytes;
        }

        _begun = true;
        Span<byte> key = stackalloc byte[KeyBytes];
        BinaryPrimitives.WriteUInt64BigEndian(key, user);
        (MDBResultCode found, _, MDBValue first) = cursor.SetKey(key);
        if (found != MDBResultCode.Success)
        {
            _ended = true;
            return false;
        }

        (MDBResultCode got, _, MDBValue page) = cursor.GetMultiple();
        Current = got == MDBResultCode.Success ? page.AsSpan() : default;
        if (Current.Length < valueBytes)
        {
            Current = first.AsSpan(); // A user's only value is not in a page of duplicates.
            _ended = true;
        }

        return true;
    }
}
