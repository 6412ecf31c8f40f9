using Signals.Storage.History;

namespace Signals.Storage.DefinitionServing;

/// <summary>A read of the past whose state is known. Ordered by state, then by user, so that states only move forward. Immutable.</summary>
/// <param name="Point">The state that it sees.</param>
/// <param name="User">The user.</param>
/// <param name="Index">Which of the caller's reads it is.</param>
internal readonly record struct PlacedRead(PastPoint Point, UserId User, int Index) : IComparable<PlacedRead>
{
    public int CompareTo(PlacedRead other)
    {
        int order = Point.Version.CompareTo(other.Point.Version);
        order = order != 0 ? order : Point.Position.Value.CompareTo(other.Point.Position.Value);
        order = order != 0 ? order : User.CompareTo(other.User);
        return order != 0 ? order : Index.CompareTo(other.Index);
    }
}
