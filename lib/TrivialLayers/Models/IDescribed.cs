namespace TrivialLayers;

/// <summary>
/// A module that says in words what its own forward pass does, beyond the modules it holds. The words are part of the address of every run of a network that has it, whatever its class is called; a module
/// that says nothing is told from others by its probe alone.
/// </summary>
public interface IDescribed
{
    /// <summary>The field's word for it, then what else decides its computation: <c>basic_block</c>, <c>scaled_relu slope=2</c>. No line breaks.</summary>
    string Description { get; }
}
