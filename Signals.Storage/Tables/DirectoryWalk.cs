using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Finds users of a table who are asked for in ascending order, in less time than one by one: mostly the next user is at the next place.
/// Thread contract: one thread. One page is in memory, which is not cached. The table must stay open meanwhile.
/// </summary>
internal sealed class DirectoryWalk(TableDirectory directory)
{
    private DirectoryPage? _page;
    private int _number = -1;
    private int _at;

    /// <summary>Finds the rows of a user, who must not come before the user of the last call.</summary>
    /// <exception cref="CorruptionException">A page of the directory is damaged.</exception>
    [MethodImpl(Compile.InFull)]
    public bool TryFind(in UserId user, out UserRows rows)
    {
        if (_page is null || (_number + 1 < directory.Pages && directory.FirstUserOf(_number + 1) <= user))
        {
            Turn(user);
        }

        if (_page is { } page)
        {
            while (_at < page.Users && page.User(_at) < user)
            {
                _at++;
            }

            if (_at < page.Users && page.User(_at) == user)
            {
                rows = page.Rows(_at);
                return true;
            }
        }

        rows = default;
        return false;
    }

    private void Turn(in UserId user)
    {
        int number = directory.PageFor(user);
        if (number != _number)
        {
            _page = number < 0 ? null : directory.GetPage(number);
            (_number, _at) = (number, 0);
        }
    }
}
