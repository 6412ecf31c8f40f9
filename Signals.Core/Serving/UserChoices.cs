using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>The chosen rows of each user of a read, one user's after the other's, and whether older rows could change them.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: that of its <see cref="PlanExecution"/>, which reuses it. It only allocates to
/// grow.
/// </remarks>
internal sealed class UserChoices
{
    private readonly List<int> _ends = [];
    private readonly List<bool> _settled = [];

    /// <summary>The rows of all users. A stage adds those of the next user, then <see cref="Add"/> is called.</summary>
    public RowChoice Rows { get; } = new();

    public int UserCount => _ends.Count;

    /// <summary>The number of users whose choice no older row can change.</summary>
    public int SettledCount => CollectionsMarshal.AsSpan(_settled).Count(true);

    /// <summary>The rows of a user.</summary>
    public ReadOnlySpan<int> Of(int user) => Rows.Span[StartOf(user).._ends[user]];

    public bool IsSettled(int user) => _settled[user];

    /// <summary>Forgets all users.</summary>
    public void Clear()
    {
        Rows.Truncate(0);
        _ends.Clear();
        _settled.Clear();
    }

    /// <summary>Ends the rows of the next user.</summary>
    public void Add(bool isSettled)
    {
        _ends.Add(Rows.Count);
        _settled.Add(isSettled);
    }

    /// <summary>Gives every user an empty choice that is settled.</summary>
    public void Empty(int users)
    {
        Clear();
        for (int user = 0; user < users; user++)
        {
            Add(isSettled: true);
        }
    }

    /// <summary>Reverses the rows of each user.</summary>
    public void Reverse()
    {
        for (int user = 0; user < UserCount; user++)
        {
            Rows.Writable[StartOf(user).._ends[user]].Reverse();
        }
    }

    private int StartOf(int user) => user == 0 ? 0 : _ends[user - 1];
}
