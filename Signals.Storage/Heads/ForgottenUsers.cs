using Signals.Storage.Primitives;

namespace Signals.Storage.Heads;

/// <summary>
/// The users whose heads were forgotten while reads were under way. Such a read may have begun before the user was erased, and may still
/// make a head of the erased events.
/// </summary>
/// <remarks>
/// Thread contract: under the lock of <see cref="HeadCache"/>. A user stays for as long as a reader is inside that entered before the
/// user was forgotten. A reader that enters later knows of the erasure. Lifetime: that of the cache.
/// </remarks>
internal sealed class ForgottenUsers(ReadEpochs epochs)
{
    private readonly Dictionary<UserId, long> _since = [];
    private readonly Queue<(long Epoch, UserId User)> _inOrder = new();

    /// <summary>Adds a user whose erasure is in force by now.</summary>
    public void Add(in UserId user)
    {
        LetGo();
        long epoch = epochs.Advance();
        _since[user] = epoch;
        _inOrder.Enqueue((epoch, user));
    }

    /// <summary>Whether a reader may be inside that has not heard of the erasure.</summary>
    public bool Has(in UserId user)
    {
        LetGo();
        return _since.ContainsKey(user);
    }

    private void LetGo()
    {
        while (_inOrder.TryPeek(out (long Epoch, UserId User) first) && epochs.HasLeft(first.Epoch))
        {
            _inOrder.Dequeue();
            if (_since[first.User] == first.Epoch)
            {
                _since.Remove(first.User);
            }
        }
    }
}
