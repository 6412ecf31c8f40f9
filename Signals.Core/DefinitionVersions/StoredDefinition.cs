using System.Globalization;
using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// A version as it was found in storage: what this program understands of it, and why it understands no more. Immutable; any thread.
/// </summary>
internal sealed class StoredDefinition
{
    private readonly string _name;
    private readonly DefinitionException? _unreadable;

    public StoredDefinition(string name, StoredVersion form)
    {
        (_name, Form) = (name, form);
        if (form.ContentHash is null)
        {
            return;
        }

        try
        {
            Definition = SequenceDefinition.Parse(form.Json.Span);
        }
        catch (DefinitionException error)
        {
            _unreadable = error; // a newer program may have written it
        }
    }

    public StoredVersion Form { get; }

    /// <summary>The definition; <c>null</c> when this program cannot read it.</summary>
    public SequenceDefinition? Definition { get; }

    /// <exception cref="DefinitionException">The version cannot be used before code registers it, or not by this program.</exception>
    public SequenceDefinition RequireUsable() => Definition is { } known && !Form.HasOwnStages ? known : throw Unusable();

    /// <summary>The error of a use of this version.</summary>
    public DefinitionException Unusable(DefinitionException? refused = null)
    {
        string why = refused is not null ? "it does not fit the store, or needs enrichers or event filters; register it with them"
            : _unreadable is not null ? "this program cannot read it; use the version of the program that wrote it"
            : Form.ContentHash is null ? "it has a condition in the host's code; register it"
            : "stages of the host's code replaced its own; register it with them";
        DefinitionException? cause = refused ?? _unreadable;
        string what = string.Create(
            CultureInfo.InvariantCulture, $"Version {Form.Version} of the definition '{_name}' is stored but cannot be used now");
        return new DefinitionException(what, [new DefinitionError("$", why), .. cause?.Errors ?? []], cause);
    }
}
