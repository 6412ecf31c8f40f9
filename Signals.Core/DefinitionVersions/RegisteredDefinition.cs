using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// One version of a definition, as a read gets it from a registry: complete, and the same for as long as the read holds it. A
/// version that was stored earlier is compiled when it is first used.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Reads take no lock and allocate nothing, unless they bring overrides that are not kept, or are the
/// first of a stored version. Lifetime: as long as something references it. A registry that replaces it changes nothing of it except
/// the shadow.
/// </remarks>
/// <typeparam name="TPlan">The compiled form of a definition.</typeparam>
internal sealed class RegisteredDefinition<TPlan>
    where TPlan : class
{
    private readonly StoredDefinition? _stored;
    private readonly int _maxVariants;
    private readonly Lock _adding = new();

    // Replaced as a whole under the lock. Read without the lock.
    private volatile Func<SequenceDefinition, TPlan> _compile;
    private volatile Variant[] _variants = [];
    private volatile EffectiveDefinition<TPlan>? _default;
    private volatile DefinitionException? _failure;
    private volatile ShadowDefinition<TPlan>? _shadow;
    private int _nextReplaced;

    internal RegisteredDefinition(
        SequenceDefinition definition, RegistrationCode<TPlan> code, int maxVariants, DateTimeOffset registeredAt)
    {
        _compile = code.Compile;
        _maxVariants = maxVariants;
        _default = new EffectiveDefinition<TPlan>(definition, code.Compile(definition));
        Form = StoredVersion.Of(definition, registeredAt, code.HasOwnStages);
    }

    /// <summary>A version that was stored earlier.</summary>
    internal RegisteredDefinition(StoredDefinition stored, Func<SequenceDefinition, TPlan> compile, int maxVariants)
    {
        _stored = stored;
        _compile = compile;
        _maxVariants = maxVariants;
        Form = stored.Form;
    }

    /// <summary>The version as it is stored.</summary>
    public StoredVersion Form { get; private set; }

    /// <summary>The version number.</summary>
    public int Version => Form.Version;

    /// <summary>Whether code registered it since the store was opened.</summary>
    public bool IsOfThisRun => _stored is null;

    /// <summary>The definition as it was registered; <c>null</c> when this program cannot read what is stored.</summary>
    public SequenceDefinition? KnownDefinition => _stored is null ? _default!.Definition : _stored.Definition;

    /// <summary>The definition as it was registered.</summary>
    /// <exception cref="DefinitionException">This program cannot read what is stored.</exception>
    public SequenceDefinition Definition => KnownDefinition ?? throw _stored!.Unusable();

    /// <summary>The effective definition of a request without overrides.</summary>
    /// <exception cref="DefinitionException">The stored version cannot be used, or not before code registers it.</exception>
    public EffectiveDefinition<TPlan> Default => _default ?? CompileStored();

    /// <summary>When the version was registered.</summary>
    public DateTimeOffset RegisteredAt => DateTimeOffset.FromUnixTimeMilliseconds(Form.RegisteredAtMs);

    /// <summary>The definition that runs in the shadow of this one; <c>null</c> for none.</summary>
    public ShadowDefinition<TPlan>? Shadow
    {
        get => _shadow;
        internal set => _shadow = value;
    }

    internal int VariantCount => _variants.Length;

    /// <summary>
    /// The effective definition of a request. Overrides that were used lately, in the same order, are found without an
    /// allocation.
    /// </summary>
    /// <exception cref="DefinitionException">
    /// The overrides do not fit; see <see cref="SequenceDefinition.With"/>. Or as for <see cref="Default"/>.
    /// </exception>
    public EffectiveDefinition<TPlan> Resolve(ReadOnlySpan<ParameterOverride> overrides) =>
        overrides.IsEmpty ? Default : Find(overrides) ?? Add(overrides);

    /// <summary>Finds the default or a kept set of overrides by content hash; <c>null</c> when there is none.</summary>
    /// <exception cref="DefinitionException">As for <see cref="Default"/>.</exception>
    internal EffectiveDefinition<TPlan>? Find(Predicate<UInt128?> matches) => matches(Form.ContentHash)
        ? Default
        : Array.Find(_variants, variant => matches(variant.Effective.ContentHash))?.Effective;

    /// <summary>The definition of the version or of a kept set of overrides with this hash; it need not be usable.</summary>
    internal SequenceDefinition? FindDefinition(UInt128 contentHash) => Form.ContentHash == contentHash
        ? KnownDefinition
        : Array.Find(_variants, variant => variant.Effective.ContentHash == contentHash)?.Effective.Definition;

    /// <summary>Takes over when an earlier registration of the same content was. Called before any other thread sees this one.</summary>
    internal void KeepTimeOf(RegisteredDefinition<TPlan> earlier) =>
        Form = Form with { RegisteredAtMs = earlier.Form.RegisteredAtMs };

    /// <summary>Gives a stored version that is not compiled yet the enrichers that code brought.</summary>
    internal void CompileWith(Func<SequenceDefinition, TPlan> compile)
    {
        lock (_adding)
        {
            if (_default is null)
            {
                (_compile, _failure) = (compile, null);
            }
        }
    }

    /// <summary>Why the version cannot be used now; <c>null</c> when it can.</summary>
    internal string? FindWhyUnusable()
    {
        try
        {
            _ = Default;
            return null;
        }
        catch (DefinitionException error)
        {
            return error.Message;
        }
    }

    /// <summary>Whether a definition has the content of this version. False when that cannot be known.</summary>
    internal bool HasContentOf(SequenceDefinition definition) => KnownDefinition is { } known
        ? known == definition
        : Form.ContentHash is null
            ? !definition.IsPortable
            : definition.IsPortable && definition.ToUtf8Json().Span.SequenceEqual(Form.Json.Span);

    private EffectiveDefinition<TPlan> CompileStored()
    {
        lock (_adding)
        {
            if (_default is { } other)
            {
                return other;
            }

            StoredDefinition stored = _stored!;
            SequenceDefinition definition = stored.RequireUsable();
            if (_failure is { } before)
            {
                throw stored.Unusable(before);
            }

            try
            {
                return _default = new EffectiveDefinition<TPlan>(definition, _compile(definition));
            }
            catch (DefinitionException refused)
            {
                _failure = refused;
                throw stored.Unusable(refused);
            }
        }
    }

    private EffectiveDefinition<TPlan>? Find(ReadOnlySpan<ParameterOverride> overrides)
    {
        foreach (Variant variant in _variants)
        {
            if (variant.Overrides.AsSpan().SequenceEqual(overrides))
            {
                return variant.Effective;
            }
        }

        return null;
    }

    private EffectiveDefinition<TPlan> Add(ReadOnlySpan<ParameterOverride> overrides)
    {
        SequenceDefinition definition = Default.Definition.With(overrides);
        var variant = new Variant(overrides.ToArray(), new EffectiveDefinition<TPlan>(definition, _compile(definition)));
        lock (_adding)
        {
            if (Find(overrides) is { } other)
            {
                return other;
            }

            Variant[] variants = _variants;
            if (variants.Length < _maxVariants)
            {
                _variants = [.. variants, variant];
            }
            else
            {
                Variant[] copy = [.. variants];
                copy[_nextReplaced] = variant;
                _nextReplaced = (_nextReplaced + 1) % _maxVariants;
                _variants = copy;
            }
        }

        return variant.Effective;
    }

    private sealed record Variant(ParameterOverride[] Overrides, EffectiveDefinition<TPlan> Effective);
}
