"""The Jupyter project's own tests of a kernel, with a sample for each of its checks. The kernel's name is the first argument."""
import sys
import unittest

import jupyter_kernel_test


class CSharpKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = sys.argv.pop(1)
    language_name = "C#"
    file_extension = ".cs"
    code_hello_world = 'Console.WriteLine("hello, world")'
    code_stderr = 'Console.Error.WriteLine("oops")'
    completion_samples = [{"text": "Console.Wri", "matches": {"Write", "WriteLine"}}]
    complete_code_samples = ["1 + 1", "int F() { return 1; }"]
    incomplete_code_samples = ["int F() {", "Console.WriteLine("]
    invalid_code_samples = ["var = ;"]
    code_page_something = "Math.Max?"
    code_generate_error = 'throw new Exception("no");'
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [{"code": 'display(HTML("<b>x</b>"));', "mime": "text/html"}]
    code_history_pattern = "6*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Console.WriteLine"
    code_clear_output = "clear_output()"


if __name__ == "__main__":
    unittest.main()
