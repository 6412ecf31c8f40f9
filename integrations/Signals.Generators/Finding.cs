using Microsoft.CodeAnalysis;

namespace Signals.Generators;

/// <summary>Something that cannot be mapped, and where. Immutable, and equal to the same finding of a later compilation.</summary>
internal sealed class Finding : IEquatable<Finding>
{
    private readonly DiagnosticDescriptor _rule;
    private readonly SourcePlace _place;
    private readonly EquatableList<string> _arguments;

    public Finding(DiagnosticDescriptor rule, SourcePlace place, params string[] arguments)
    {
        _rule = rule;
        _place = place;
        _arguments = new EquatableList<string>(arguments);
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(_rule, _place.ToLocation(), [.. _arguments]);

    public bool Equals(Finding? other) =>
        other is not null && _rule.Equals(other._rule) && _place == other._place && _arguments.Equals(other._arguments);

    public override bool Equals(object? obj) => Equals(obj as Finding);

    public override int GetHashCode() => unchecked((_rule.GetHashCode() * 31) + _place.GetHashCode());
}
