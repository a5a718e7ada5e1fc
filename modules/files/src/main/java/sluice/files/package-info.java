/**
 * Files that outlive the process: {@link sluice.files.OneWriter} lets one process at a time write a file, {@link sluice.files.WholeFile}
 * exchanges all of a file at once, {@link sluice.files.FileVersion} tells whether somebody has done so, and
 * {@link sluice.files.Lines} reads a file of any size. {@link sluice.files.WholeLines} appends lines, all or none;
 * {@link sluice.files.SharedLines} is a file to which several processes append, and which each of them reads.
 *
 * <p>It knows nothing of what is in a file.
 */
package sluice.files;
